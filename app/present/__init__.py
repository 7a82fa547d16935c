"""Pure text: times, sizes, rows, Markdown. No widgets."""
