"""The gate in an editor: a server of the Language Server Protocol, over stdio.

A folder of the editor is judged as a whole once, and again after each change, of which most follows from the judgement
before; texts that are not saved count. Nothing is written: fixes are edits that the editor makes.
"""
