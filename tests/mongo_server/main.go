// A MongoDB wire-protocol server for the tests: FerretDB on SQLite. Prints its address, ends on SIGTERM.
//
// usage: mongo-server FOLDER [HOST:PORT [PEM]]   (default: a free port of 127.0.0.1; nothing under FOLDER but its SQLite files)
// With PEM, its key and certificates, by TLS alone.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	address := "127.0.0.1:0"
	if len(os.Args) > 2 {
		address = os.Args[2]
	}
	listener := ferretdb.ListenerConfig{TCP: address}
	if len(os.Args) > 3 {
		listener = ferretdb.ListenerConfig{TLS: address, TLSCertFile: os.Args[3], TLSKeyFile: os.Args[3]}
	}
	server, err := ferretdb.New(&ferretdb.Config{
		Listener: listener, Handler: "sqlite", SQLiteURL: "file:" + os.Args[1] + "/",
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		log.Fatal(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	go func() { fmt.Println(server.MongoDBURI()) }()
	if err := server.Run(ctx); err != nil {
		log.Fatal(err)
	}
}
