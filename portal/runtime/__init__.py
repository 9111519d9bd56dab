"""What starts the portal: embedded servers, the supervisor, the test run. Imports nothing of Django."""
