package dev.coppice.examples.crawler;

import dev.coppice.kernel.Call;
import java.net.URI;
import java.util.List;

/// What a fetcher is asked.
record Fetch(URI page) implements Call<Fetch, Fetch.Page> {

    /// @param links to other pages of the site
    record Page(int status, List<URI> links) {
        Page {
            links = List.copyOf(links);
        }
    }
}
