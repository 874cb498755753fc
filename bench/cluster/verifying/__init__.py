"""Looks at every record of the topics and every row of the tables, and says what is wrong.

Nothing here is shared with the services, not even a topic's name: what is wrong there must not be wrong here too. It
knows what was acknowledged to the sender, from a file of JSON lines, and reads topics and tables with the bare clients.
"""
