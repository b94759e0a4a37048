"""Processes that die: real ones, killed by SIGKILL at chosen moments, on chains that live in a process of their own."""
