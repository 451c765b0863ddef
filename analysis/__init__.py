"""The answers: credit, influence, segments and the programme's figures."""
