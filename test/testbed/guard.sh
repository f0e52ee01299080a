#!/bin/sh
# guard.sh COMMAND [ARG ...]: runs COMMAND and stops it when our standard input ends, which also happens when whoever
# started us is killed: a testbed outlives its test by two seconds at most. A line "kill" on standard input kills at once.
# The pid of COMMAND is written to descriptor 4.
exec 3<&0
"$@" </dev/null 3<&- 4>&- &
child=$!
echo "$child" >&4
exec 4>&-
(
  order=
  read -r order <&3
  if [ "$order" != kill ]; then
    kill -TERM "$child"
    sleep 1.5
  fi
  kill -KILL "$child"
) 2>/dev/null &
watcher=$!
wait "$child"
status=$?
kill "$watcher" 2>/dev/null
exit "$status"
