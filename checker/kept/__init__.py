"""Results of earlier runs, shown again where nothing that they rest on has changed.

What a run opens and lists is written down with its answer. The next one like it looks at each of these files and
folders once (`stat`), before anything else is imported; where all are as they were, it shows the answer. Nothing is
guessed: whatever cannot be seen this way (a stream, a revision of git, a result that goes into a file) is not kept.
"""
