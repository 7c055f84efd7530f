"""Rules that change something: functions on a session; they never commit and never see the web."""
