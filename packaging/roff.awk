# The rows that `eosiofs --print-options` and `--print-tree` print, as tagged paragraphs of a manual page.
# -v what=options: word, help; -v what=tree: path, kind, help, usage.
BEGIN { FS = "\t" }

function escaped(text) {
	gsub(/\\/, "\\(rs", text)
	gsub(/-/, "\\-", text)
	gsub(/`/, "\\(ga", text)
	gsub(/'/, "\\(aq", text)
	gsub(/"/, "\\(dq", text)
	return text
}

{ print ".TP\n.B " escaped($1) }
what == "options" { print escaped($2) }
what == "tree" {
	print "(" $2 ") " escaped($3)
	if ($4 != "")
		print ".br\n.I " escaped($4)
}
