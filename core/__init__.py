"""The floor: settings, errors, money, time, progress. Imports nothing else of refnet."""
