"""The services that votes come from: one small object each, with a timeout, a size limit and its own errors."""
