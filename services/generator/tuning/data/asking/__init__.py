"""Questions about a document, made by rules from English sentences that the rules understand; others give none."""
