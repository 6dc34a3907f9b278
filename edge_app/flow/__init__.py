"""From source to sinks: bounded channels, one thread a stage, figures and notices."""
