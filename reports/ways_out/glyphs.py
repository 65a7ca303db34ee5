"""The shapes of channels as letters, for mails."""

# Letters instead of pictures, so that they are there with images off; sizes that make them look alike.
GLYPHS = {
    "square": ("■", 16),
    "circle": ("●", 20),
    "diamond": ("◆", 13),
    "ring": ("○", 20),
    "triangle": ("▲", 13),
    "none": ("", 13),
}
