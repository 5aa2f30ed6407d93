# Completions for bash, zsh and fish, from what `eosiofs --print-options` prints. -v shell=NAME
BEGIN {
	FS = "\t"
	count = 0
	values = ""
}

# "-o data=DIR": a mount option; "-h, --help": words of their own.
{
	help[NR] = $2
	n = split($1, words, ", ")
	for (i = 1; i <= n; i++) {
		if (words[i] ~ /^-o /) {
			name = substr(words[i], 4)
			argument[name] = name ~ /=/
			sub(/=.*/, "=", name)
			values = values (values == "" ? "" : " ") name
			option[++options] = name
			option_help[options] = $2
		} else {
			word[++count] = words[i]
			word_help[count] = $2
		}
	}
}

function quoted(text) {
	gsub(/'/, "'\\''", text)
	return "'" text "'"
}

function bash(  i, all) {
	for (i = 1; i <= count; i++)
		all = all (i > 1 ? " " : "") word[i]
	print "# bash completion for eosiofs"
	print "_eosiofs()"
	print "{"
	print "\tlocal current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} IFS=$'\\n'"
	print "\tcompopt +o nospace"
	print "\tif [ \"$previous\" = = ] || [[ $current == = ]]; then"
	print "\t\tcompopt -o filenames"
	print "\t\tCOMPREPLY=($(compgen -f -- \"${current#=}\"))"
	print "\telif [ \"$previous\" = -o ]; then"
	print "\t\tcompopt -o nospace"
	print "\t\tCOMPREPLY=($(compgen -W \"$(printf '%s\\n' " values ")\" -- \"$current\"))"
	print "\telif [[ $current == -* ]]; then"
	print "\t\tCOMPREPLY=($(compgen -W \"$(printf '%s\\n' -- -o " all ")\" -- \"$current\"))"
	print "\telse"
	print "\t\tcompopt -o filenames"
	print "\t\tCOMPREPLY=($(compgen -d -- \"$current\"))"
	print "\tfi"
	print "}"
	print "complete -F _eosiofs eosiofs"
}

function zsh_help(text) {
	gsub(/\\/, "\\\\", text)
	gsub(/:/, "\\:", text)
	gsub(/\[/, "\\[", text)
	gsub(/\]/, "\\]", text)
	return text
}

function zsh(  i) {
	print "#compdef eosiofs"
	print "local -a mount_options"
	print "mount_options=("
	for (i = 1; i <= options; i++)
		print "\t" quoted(zsh_help(option[i]) ":" option_help[i])
	print ")"
	print "_arguments \\"
	for (i = 1; i <= count; i++)
		print "\t" quoted(word[i] "[" zsh_help(word_help[i]) "]") " \\"
	print "\t'*-o[a mount option]:option:{_describe -t options option mount_options -S \"\"}' \\"
	print "\t'*:mount point:_files -/'"
}

function fish(  i) {
	print "complete -c eosiofs -f -a '(__fish_complete_directories)'"
	for (i = 1; i <= count; i++)
		print "complete -c eosiofs " (word[i] ~ /^--/ ? "-l " substr(word[i], 3) : "-s " substr(word[i], 2)) \
			" -d " quoted(word_help[i])
	for (i = 1; i <= options; i++)
		print "complete -c eosiofs -s o -x -a " quoted(option[i]) " -d " quoted(option_help[i])
}

END {
	if (shell == "bash")
		bash()
	else if (shell == "zsh")
		zsh()
	else
		fish()
}
