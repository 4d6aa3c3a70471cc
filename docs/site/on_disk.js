// The search shows a few words of each page that it found, and fetches the page for them. A browser does not let a page on disk do that.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
