# Sourced by ./run and ./test: sets $python to a Python of 3.11 or newer that really runs (a shim may not).
python=
for name in python3.13 python3.12 python3.11 python3 python; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        python=$name
        break
    fi
done
if [ -z "$python" ]; then
    echo "Headwater needs Python 3.11 or newer; none was found on PATH." >&2
    exit 1
fi
