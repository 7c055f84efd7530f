"""What is printed: figures in, bytes out. Knows neither the database nor the web."""
