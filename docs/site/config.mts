import { defineConfig } from 'vitepress'

// Pages of the guide in the order of reading. A page that is missing here fails the build of `./coppice docs`.
export default defineConfig({
  title: 'Coppice',
  description: 'Erlang/OTP for plain Java 25',
  lang: 'en',
  cleanUrls: true,
  // Links to files of the sources, which are no pages.
  ignoreDeadLinks: [/\/examples\//, /ARCHITECTURE/, /CHANGELOG/, /README/],
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [{ text: 'Guide', link: '/guide/getting-started' }],
    sidebar: [
      {
        text: 'Begin',
        items: [
          { text: 'Getting started', link: '/guide/getting-started' },
          { text: 'The five words', link: '/guide/five-words' },
          { text: 'When not to use it', link: '/guide/when-not-to-use-it' },
        ],
      },
      {
        text: 'Build',
        items: [
          { text: 'Failure', link: '/guide/failure' },
          { text: 'Supervision', link: '/guide/supervision' },
          { text: 'Mailboxes and back-pressure', link: '/guide/mailboxes' },
          { text: 'State machines', link: '/guide/state-machines' },
          { text: 'Pools, queues, registries', link: '/guide/pools' },
          { text: 'Guards', link: '/guide/guards' },
          { text: 'Configuration', link: '/guide/configuration' },
          { text: 'Testing', link: '/guide/testing' },
        ],
      },
      {
        text: 'Run',
        items: [
          { text: 'Observability', link: '/guide/observability' },
          { text: 'Performance', link: '/guide/performance' },
          { text: 'Troubleshooting', link: '/guide/troubleshooting' },
          { text: 'Anti-patterns', link: '/guide/anti-patterns' },
        ],
      },
      {
        text: 'Come from',
        items: [
          { text: 'Erlang and Elixir', link: '/guide/from-erlang' },
          { text: 'Akka and Pekko', link: '/guide/from-pekko' },
          { text: 'CompletableFuture', link: '/guide/from-completablefuture' },
        ],
      },
      {
        text: 'Reference',
        items: [
          { text: 'Differences from OTP', link: '/otp-differences' },
          { text: 'Failure catalogue', link: '/failure-catalogue' },
        ],
      },
    ],
  },
})
