// How Go's net/url reads a text in a sink URI's query and in a URL's credentials: one line of verdicts for each line of
// percent-encoded text on standard input.
package main

import (
	"bufio"
	"fmt"
	"net/url"
	"os"
)

func verdict(err error, same bool) string {
	switch {
	case err != nil:
		return "refused"
	case same:
		return "same"
	}
	return "different"
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		text, err := url.PathUnescape(lines.Text())
		if err != nil {
			panic(err)
		}
		uri, err := url.Parse("kafka://h:1/t?sasl-password=" + text + "&sasl-user=u")
		query := verdict(err, err == nil && uri.Query().Get("sasl-password") == text)
		uri, err = url.Parse("https://key:" + text + "@registry")
		same := false
		if err == nil && uri.User != nil {
			password, _ := uri.User.Password()
			same = password == text && uri.Host == "registry"
		}
		fmt.Printf("%s\t%s\n", query, verdict(err, same))
	}
}
