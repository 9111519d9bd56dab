# Finds a Python the portal runs on and sets $python; sourced by bin/run and bin/test.
python=
for candidate in ${PORTAL_PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))' >/dev/null 2>&1; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "portal: Python 3.11 to 3.14 is needed and was not found: install the packages python3 and python3-venv (sudo apt-get install python3 python3-venv)." >&2
    exit 1
fi
