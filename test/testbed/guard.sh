#!/bin/sh
# guard.sh COMMAND [ARG ...]: runs COMMAND and stops it when our standard input ends, which also happens when whoever
# started us is killed: nothing outlives its test by more than two seconds. A line "kill" on standard input kills at once.
# What COMMAND started and left behind goes with it. Needs a process group of its own. COMMAND's pid is written to
# descriptor 4; our exit status is that of COMMAND.
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
wait "$child"
status=$?
trap '' TERM
kill -TERM 0
exit "$status"
