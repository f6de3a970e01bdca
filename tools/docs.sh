# command: runs the guide's code and builds its site: target/site/.vitepress/dist
command -v npm >/dev/null || die 1 "docs needs Node.js with npm, 20 or newer: https://nodejs.org"
maven -q -Dquick -pl otp,guard,testkit,examples/guide,examples/from-pekko,conformance -am test \
    -Dtest='*Guide*,GettingStartedTest,FailureTest,SupervisionTest,MailboxesTest,ConfigurationTest,FromFuturesTest,TroubleshootingTest,AuctionsTest,Snippets' \
    -Dsurefire.failIfNoSpecifiedTests=false
site=$root/target/site
mkdir -p "$site"
rm -rf "$site/guide" "$site/.vitepress"
mkdir -p "$site/.vitepress"
cp -R docs/guide docs/adr docs/*.md "$site/"
cp docs/site/config.mts "$site/.vitepress/"
cd "$site"
# Not npm ci: the lock names the machine's own binaries only, and another machine finds its own beside it.
cmp -s "$root/docs/site/package-lock.json" .installed || {
    cp "$root/docs/site/package.json" "$root/docs/site/package-lock.json" .
    npm install --silent --no-fund --no-audit
    cp "$root/docs/site/package-lock.json" .installed
}
npm run --silent build
echo "the guide is in target/site/.vitepress/dist"
