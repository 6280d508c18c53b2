"""How everything looks: colour, width, frames, Markdown, JSON, pages, paths."""
