"""The program: wiring, jobs, decisions about alerts, and Telegram."""

__version__ = "0.1.0"
