#!/bin/bash
# together.sh MOMENT FOLDER: executes each script FOLDER/*.sh at once, each in a process of its own, from a moment on (microseconds since
# 1970), and waits for all. Beside each script then lie its output (.out) and its exit status (.status).
moment=$1 folder=$2

# Called by each process for itself, so that none of them starts while others are still being made.
await_moment() {
	local left=$((moment - ${EPOCHREALTIME/./}))
	[ "$left" -le 0 ] || sleep "$((left / 1000000)).$(printf %06d $((left % 1000000)))"
}

for script in "$folder"/*.sh; do
	(
		await_moment
		bash "$script" >"${script%.sh}.out" 2>&1
		echo $? >"${script%.sh}.status"
	) &
done
wait
