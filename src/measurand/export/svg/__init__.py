"""Pictures as inline SVG: plain text with equal bytes for equal data, coloured by classes of the page's style sheet."""
