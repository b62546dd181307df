"""What is signed: its papers, the signatures on them, and the exchanges that they order."""
