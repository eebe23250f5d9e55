// The library that Centrifugo is made of, with its batching of 50 ms, for which Centrifugo itself has no setting.
package main

import (
	"context"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/centrifugal/centrifuge"
)

func main() {
	node, err := centrifuge.New(centrifuge.Config{
		LogLevel: centrifuge.LogLevelNone,
		// by default who has more than 1 MiB to come is cut off
		ClientQueueMaxSize: 64 << 20,
	})
	if err != nil {
		log.Fatal(err)
	}
	node.OnConnecting(func(context.Context, centrifuge.ConnectEvent) (centrifuge.ConnectReply, error) {
		return centrifuge.ConnectReply{
			Credentials:        &centrifuge.Credentials{UserID: ""},
			WriteDelay:         50 * time.Millisecond,
			WriteWithTimer:     true,
			MaxMessagesInFrame: -1,
			ReplyWithoutQueue:  true,
			// the viewers ping by themselves
			PingPongConfig: &centrifuge.PingPongConfig{PingInterval: time.Hour, PongTimeout: time.Minute},
		}, nil
	})
	node.OnConnect(func(client *centrifuge.Client) {
		client.OnSubscribe(func(_ centrifuge.SubscribeEvent, done centrifuge.SubscribeCallback) {
			done(centrifuge.SubscribeReply{}, nil)
		})
		client.OnPublish(func(_ centrifuge.PublishEvent, done centrifuge.PublishCallback) {
			done(centrifuge.PublishReply{}, nil)
		})
	})
	if err := node.Run(); err != nil {
		log.Fatal(err)
	}
	http.Handle("/connection/websocket", centrifuge.NewWebsocketHandler(node, centrifuge.WebsocketConfig{
		UseWriteBufferPool: true,
	}))
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[1], nil))
}
