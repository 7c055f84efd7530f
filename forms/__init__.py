"""What is asked: questionnaires and forms. Knows neither the database nor the reports."""
