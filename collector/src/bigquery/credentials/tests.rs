//! Credentials, right and wrong.
