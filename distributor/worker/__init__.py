"""The process that claims what the schedules say and sends what is due."""
