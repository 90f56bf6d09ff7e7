"""The exam an agent sits: stations as data, the real conversation path, one report a release (shared bar: docs/exam.md)."""
