"""The face of it. `views` turn data into Rich renderables; `screen` prints them and reads what is typed."""
