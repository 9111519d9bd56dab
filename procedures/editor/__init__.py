"""The editor of drafts: what a document is made of, as people see it. Pure; see docs/publishing.md."""
