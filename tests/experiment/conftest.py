"""What these tests share: figures, which they are not about, are saved in outline."""

from outlines import figures_in_outline  # noqa: F401
