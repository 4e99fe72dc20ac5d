"""What every deployable of Tandem is built on; nothing here knows about procurement."""
