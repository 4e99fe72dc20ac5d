"""The development launcher: the whole product on one machine, with one command."""
