"""The catalogue: procedures, their versions, papers, times, fees, processes and forms; the working calendar."""
