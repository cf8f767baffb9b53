"""Clear-sky screening: whether an image can be used over a site."""
