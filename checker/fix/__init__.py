"""From a finding to an edited text: plan an edit, splice it into the text, prove what came of it."""
