# command: builds the observer's page anew from observe/src/page (needs npm); --check says whether the committed one is that
page=observe/src/page
bundle=observe/src/main/resources/dev/coppice/observe/page
command -v npm >/dev/null || die 1 "needs npm, to build the page; nobody else does: the built page is committed"
case ${1-} in
    "") out=$bundle ;;
    --check) out=$(mktemp -d) && trap 'rm -rf "$out"' EXIT ;;
    *) die 2 "page: --check or nothing, was $1" ;;
esac
(cd "$page" && npm ci --silent --no-audit --no-fund)
mkdir -p "$out"
(cd "$page" && ./node_modules/.bin/esbuild main.jsx --bundle --minify --format=esm --target=es2022 --jsx=automatic --jsx-import-source=preact \
    --legal-comments=none --log-level=warning --outfile=bundle/app.js && cat bundle/app.js) >"$out/app.js"
cat "$page/bundle/app.css" >"$out/app.css"
rm -r "$page/bundle"
cp "$page/index.html" "$page/icon.svg" "$out/"
# What it was built from: a test compares, without npm.
(cd "$page" && ls | grep -v node_modules | LC_ALL=C sort | xargs cat | sha256sum | cut -d' ' -f1) >"$out/sources.sha256"
[ -z "${1-}" ] || diff -rq "$out" "$bundle" || die 1 "the committed page is not what its sources give: ./coppice page, and commit"
echo "the page is $(cat "$out/app.js" "$out/app.css" | gzip -9 | wc -c) bytes, compressed"
