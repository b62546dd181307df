"""What a LAS has received, by whichever way, is remembered: none is accepted twice."""
