"""From bytes, git and YAML to the model. The only floor that touches the world."""
