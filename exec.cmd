@rem npm scripts say "exec node ..." so that a signal to npm reaches node and not a shell between them. cmd has no exec.
@%*
