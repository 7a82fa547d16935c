"""One controller for each area of the window: it starts jobs, fills models and is the only one to know both."""
