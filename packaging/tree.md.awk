# The tree's files (`eosiofs --print-tree`) as a Markdown table.
BEGIN {
	FS = "\t"
	print "| path | kind | what it is |"
	print "|---|---|---|"
}
{
	gsub(/\|/, "\\|") # a vertical bar would end the cell
	printf "| `%s` | %s | %s%s |\n", $1, $2, $3, $4 == "" ? "" : "; `" $4 "`"
}
