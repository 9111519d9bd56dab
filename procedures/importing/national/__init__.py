"""Reading the national catalogue as it is given out: service answers and spreadsheets, repaired and compared."""
