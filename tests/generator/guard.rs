//! The guard over the repository's own output: it is current, `Check` notices everything that is not, and it writes nothing.
