"""The pure half: values and logic that know no operating system, no network and no terminal."""
